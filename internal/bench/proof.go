package main

import (
	"fmt"

	"github.com/coachgov/coaching/governance"
)

// countChoices counts the choices that the proof of the built-in policy takes.
func countChoices(int) (result, error) {
	proof, err := proveBuiltIn()
	if err != nil {
		return result{}, err
	}
	return result{ours: fmt.Sprintf("%d invariants", len(proof.Results)), other: fmt.Sprintf("%.0e classes", proof.Classes), value: float64(proof.States), unit: "choices"}, nil
}

func proveBuiltIn() (*governance.Proof, error) {
	p, _, err := governance.BuiltIn()
	if err != nil {
		return nil, err
	}
	proof, err := p.Prove()
	if err == nil && !proof.Holds() {
		err = fmt.Errorf("bench: the built-in policy is not proved:\n%s", proof.Text())
	}
	return proof, err
}

func timeProof(rounds int) (result, error) {
	p, _, err := governance.BuiltIn()
	if err != nil {
		return result{}, err
	}
	took, err := turns(min(rounds, 3), repeat(func() error { _, err := p.Prove(); return err }))
	if err != nil {
		return result{}, err
	}
	return result{ours: took[0].String(), value: took[0].least / 1e9, median: took[0].median / 1e9, unit: "s"}, nil
}
