// Command host is a small host over HTTP: a coach reads the pack of a leader, and
// somebody else's gateway asks for decisions.
//
//	go -C examples/host run . -dir /tmp/host
//	curl -H 'X-User: coach@example.com' localhost:8080/packs/pack-L01-W05
//
// Each answer is in the audit log, in one file, before anything is handed out; the
// signed checkpoint beside it is what somebody else should keep. Identities are in
// a vault under Tink's deterministic AEAD.
//
// What a real host does otherwise: the user comes from its own login and not from a
// header, its keys come from a key service and outlive the process (this one makes
// new ones and so begins a new log), and what is kept in maps here is in a database.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"github.com/tink-crypto/tink-go/v2/daead"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/coachgov/coaching"
	"github.com/coachgov/coaching/governance/audit"
)

func main() {
	dir := flag.String("dir", "", "an empty `folder` for the log and its checkpoint; default a new one")
	addr := flag.String("addr", "localhost:8080", "where to listen")
	flag.Parse()
	if err := run(*dir, *addr); err != nil {
		log.Fatal(err)
	}
}

func run(dir, addr string) error {
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "host"); err != nil {
			return err
		}
	}
	k, err := newKeys()
	if err != nil {
		return err
	}
	h, err := open(context.Background(), dir, k, time.Now)
	if err != nil {
		return err
	}
	defer h.close()
	handler, err := h.handler()
	if err != nil {
		return err
	}
	fmt.Println("listening on", addr, "with the log in", dir)
	server := &http.Server{Addr: addr, Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

// keys are the secrets of a host.
type keys struct {
	master           []byte // of the pseudonyms
	signer, verifier string // of the audit log
	vault            *keyset.Handle
}

func newKeys() (k keys, err error) {
	k.master = make([]byte, coaching.MinMasterKey)
	if _, err = rand.Read(k.master); err != nil {
		return keys{}, err
	}
	if k.signer, k.verifier, err = audit.GenerateKey(rand.Reader, "example.com/pilot/audit"); err != nil {
		return keys{}, err
	}
	k.vault, err = keyset.NewHandle(daead.AESSIVKeyTemplate())
	return k, err
}
