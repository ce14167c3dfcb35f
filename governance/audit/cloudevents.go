package audit

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
)

// WriteCloudEvents writes the store's records to w as events of CloudEvents 1.0 in
// its JSON format, one to a line, from the first to the last. The origin is that
// of the log.
//
// What a broker sees of an event is where it comes from (source, the origin as an
// https URI), what it is called (id, the origin and the record's index as in
// [Receipt.String]), its kind (type, such as
// "com.github.coachgov.audit.v1.export") and its time; nobody is named there. The
// record is the event's data, byte for byte, pseudonyms included. The same log
// gives the same bytes.
//
// An export has no integrity of its own: it is for looking into a log, not for
// keeping one. A record that is not one of this package is an error.
func WriteCloudEvents(ctx context.Context, w io.Writer, store Store, origin string) error {
	if !isOrigin(origin) {
		return errOrigin
	}
	var s scribe
	out := bufio.NewWriter(w)
	at := int64(0)
	for record, err := range store.Read(ctx, 0) {
		if err != nil {
			return fmt.Errorf("audit: reading record %d: %w", at, err)
		}
		entry, err := s.read(string(record))
		if err != nil {
			return fmt.Errorf("audit: record %d: %w", at, err)
		}
		if _, err := out.Write(cloudEvent(origin, &entry)); err != nil {
			return fmt.Errorf("audit: writing record %d: %w", at, err)
		}
		at++
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("audit: writing record %d: %w", at, err)
	}
	return ctx.Err()
}

// cloudEvent returns one line. What goes into it needs no escapes.
func cloudEvent(origin string, e *Entry) []byte {
	b := append([]byte(`{"specversion":"1.0","id":"`), origin...)
	b = strconv.AppendInt(append(b, '#'), e.index, 10)
	b = append(append(b, `","source":"https://`...), origin...)
	b = append(append(b, `","type":"com.github.coachgov.audit.v1.`...), e.event.Kind().String()...)
	b = appendTime(append(b, `","time":"`...), e.event.at)
	b = append(append(b, `","datacontenttype":"application/json","data":`...), e.text...)
	return append(b, '}', '\n')
}
