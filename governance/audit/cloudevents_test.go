package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coachgov/coaching/governance/audit"
)

// Every kind of event, against the rules of CloudEvents 1.0.2 and its JSON format.
func TestWriteCloudEvents(t *testing.T) {
	ctx := context.Background()
	w := write(t, origin, len(bodies(t)))
	store := new(audit.MemoryStore)
	for i, l := range w.lines {
		require.NoError(t, store.Append(ctx, int64(i), []byte(l)))
	}
	var out, again bytes.Buffer
	require.NoError(t, audit.WriteCloudEvents(ctx, &out, store, origin))
	require.NoError(t, audit.WriteCloudEvents(ctx, &again, store, origin))
	require.Equal(t, out.String(), again.String())

	name := regexp.MustCompile(`^[a-z0-9]{1,20}$`) // section "Naming Conventions"
	seen := make(map[string]bool)
	n := 0
	for line := range strings.Lines(out.String()) {
		var event map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(line), &event))
		str := func(key string) (s string) {
			require.NoError(t, json.Unmarshal(event[key], &s), key)
			require.NotEmpty(t, s, key)
			return s
		}
		for key := range event {
			require.Regexp(t, name, key)
		}
		require.Len(t, event, 7)
		require.Equal(t, "1.0", str("specversion"))
		require.False(t, seen[str("source")+" "+str("id")], "source and id are unique together")
		seen[str("source")+" "+str("id")] = true
		source, err := url.Parse(str("source"))
		require.NoError(t, err)
		require.True(t, source.IsAbs(), "an absolute URI is recommended")
		require.Equal(t, origin, source.Host+source.Path)
		require.Regexp(t, `^com\.github\.coachgov\.audit\.v1\.[a-z_]+$`, str("type"))
		at, err := time.Parse(time.RFC3339, str("time"))
		require.NoError(t, err)
		require.Equal(t, "application/json", str("datacontenttype"))

		// The data is the record, and nothing else says who did what.
		require.Equal(t, w.lines[n], string(event["data"]))
		entry, err := audit.ParseEntry(event["data"])
		require.NoError(t, err)
		require.True(t, entry.Event().At().Equal(at))
		require.True(t, strings.HasSuffix(str("type"), "."+entry.Event().Kind().String()))
		envelope := strings.Replace(line, w.lines[n], "", 1)
		require.NotContains(t, envelope, "p1_")
		n++
	}
	require.Equal(t, len(w.lines), n)
}

func TestWriteCloudEventsRefuses(t *testing.T) {
	ctx := context.Background()
	store := new(audit.MemoryStore)
	require.Error(t, audit.WriteCloudEvents(ctx, new(bytes.Buffer), store, "Not An Origin"))
	require.NoError(t, store.Append(ctx, 0, []byte(`{"v":"audit/v1"}`)))
	var out bytes.Buffer
	require.Error(t, audit.WriteCloudEvents(ctx, &out, store, origin), "no record of this package")
	require.Empty(t, out.String())

	good := new(audit.MemoryStore)
	require.NoError(t, good.Append(ctx, 0, []byte(write(t, origin, 1).lines[0])))
	require.ErrorContains(t, audit.WriteCloudEvents(ctx, failing{}, good, origin), "disk full")
	require.Error(t, audit.WriteCloudEvents(ctx, &out, &faulty{fault: "read error"}, origin))
	done, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, audit.WriteCloudEvents(done, &out, good, origin), context.Canceled)
	require.ErrorIs(t, audit.WriteCloudEvents(done, &out, new(audit.MemoryStore), origin), context.Canceled)
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("disk full") }
