package coaching_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/coachgov/coaching"
)

// secrets is the host's table of secrets: one row for each person.
type secrets map[string][]byte

func (s secrets) Secret(identifier string) ([]byte, error) {
	if secret, ok := s[identifier]; ok {
		return secret, nil
	}
	return nil, coaching.ErrErased
}

// directory is the host's list of people.
func directory(yield func(string, error) bool) {
	for _, identifier := range []string{"E1001", "E1002"} {
		if !yield(identifier, nil) {
			return
		}
	}
}

// Whoever is erased keeps no PersonID: what is on record under it stands for
// nobody any more.
func ExamplePseudonymizer_WithSecrets() {
	master := bytes.Repeat([]byte{7}, coaching.MinMasterKey) // a real one is random, and so is each secret
	table := secrets{"E1001": bytes.Repeat([]byte{1}, coaching.MinSecret)}
	plain, err := coaching.NewPseudonymizer(master, coaching.Domain{Programme: "product-org-12w", Purpose: "coaching", Epoch: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	people := plain.WithSecrets(table)
	id, err := people.Person("E1001")
	fmt.Println(id, err)

	delete(table, "E1001")
	_, err = people.Person("E1001")
	fmt.Println(err, errors.Is(err, coaching.ErrErased))
	// Output:
	// p1_ys7ukdf3vwvshts77o3mntbdmy <nil>
	// coaching: the person has no secret: erased, or never enrolled true
}

// A new epoch: the pairs of old and new exist inside the call and nowhere else.
func ExamplePseudonymizer_Rotate() {
	epoch := func(n uint32) *coaching.Pseudonymizer {
		master := bytes.Repeat([]byte{byte(n)}, coaching.MinMasterKey) // one for each epoch, to destroy with it
		p, err := coaching.NewPseudonymizer(master, coaching.Domain{Programme: "product-org-12w", Purpose: "coaching", Epoch: n})
		if err != nil {
			panic(err)
		}
		return p
	}
	ending, beginning := epoch(1), epoch(2)
	fmt.Println(ending.KeyID(), beginning.KeyID())

	leader, _ := ending.Person("E1002")
	records := []coaching.PersonID{leader} // what the host stores
	err := ending.Rotate(beginning, directory, func(old, renewed coaching.PersonID) error {
		if at := slices.Index(records, old); at >= 0 {
			records[at] = renewed
		}
		return nil
	})
	now, _ := beginning.Person("E1002")
	fmt.Println(err, records[0] == now)
	// Output:
	// k1_i2iwnox4epp67u6o k1_4hszbdm23iautf65
	// <nil> true
}
