package signal

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// A scanned record is what both readers say of one record.
type scanned struct {
	line  int
	cells []string
}

// scanAll reads everything with the scanner.
func scanAll(r io.Reader) ([]scanned, error) {
	var all []scanned
	for s := newScanner(r); ; {
		if err := s.next(); err == io.EOF {
			return all, nil
		} else if err != nil {
			return all, err
		}
		all = append(all, scanned{s.line, s.strings(nil)})
	}
}

// csvAll reads everything with encoding/csv.
func csvAll(r io.Reader) ([]scanned, error) {
	var all []scanned
	lines := csv.NewReader(r)
	lines.FieldsPerRecord = -1
	for {
		cells, err := lines.Read()
		if err == io.EOF {
			return all, nil
		} else if err != nil {
			return all, err
		}
		line, _ := lines.FieldPos(0)
		all = append(all, scanned{line, cells})
	}
}

// requireSameScan asks for the records, or the error and its position, of
// encoding/csv, however the bytes arrive.
func requireSameScan(t require.TestingT, data []byte, cuts ...int) {
	want, wantErr := csvAll(bytes.NewReader(data))
	readers := []io.Reader{bytes.NewReader(data), &cutReader{data, cuts}}
	if len(data) < 1<<12 {
		readers = append(readers, iotest.OneByteReader(bytes.NewReader(data)), iotest.DataErrReader(bytes.NewReader(data)))
	}
	for i, r := range readers {
		got, err := scanAll(r)
		require.Equal(t, wantErr, err, "reader %d", i)
		require.Equal(t, want, got, "reader %d", i)
	}
	broken := errors.New("the disk is gone")
	want, wantErr = csvAll(io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)))
	got, err := scanAll(io.MultiReader(bytes.NewReader(data), iotest.ErrReader(broken)))
	require.Equal(t, wantErr, err)
	require.Equal(t, want, got)
}

// A cutReader hands out its bytes in pieces of the given lengths, in turn.
type cutReader struct {
	data []byte
	cuts []int
}

func (c *cutReader) Read(b []byte) (int, error) {
	if len(c.data) == 0 {
		return 0, io.EOF
	}
	n := min(len(b), len(c.data))
	if len(c.cuts) > 0 {
		n = min(n, c.cuts[0])
		c.cuts = append(c.cuts[1:len(c.cuts):len(c.cuts)], c.cuts[0])
	}
	copy(b, c.data[:n])
	c.data = c.data[n:]
	return n, nil
}

// The same records, or the same refusal, as encoding/csv for any bytes, and
// wherever the reads are cut.
func FuzzScanner(f *testing.F) {
	for _, text := range scanSamples {
		f.Add([]byte(text), uint8(3))
	}
	f.Fuzz(func(t *testing.T, data []byte, cut uint8) { requireSameScan(t, data, 1+int(cut)) })
}

var scanSamples = []string{
	"", "\n", "\r", "\r\n", ",", ",\n,", "a,b\nc,d", "a,b\r\nc,d\r\n", "a\rb,c\r\r\nd", "a\n\n\r\nb\n \n", "a,b\r",
	`"a"`, `"a",b`, `"a""b","",""""`, "\"a\nb\",c\n", "\"a\r\nb\r\",c\r\nd", "\"\n\n\"\nx", "a,\"b\",c\n\"\",x,y",
	`"a`, `"`, `a"b`, `"a"b`, `"a" ,b`, "\"a\n", "\"a\n\n", "x,\"a\r", "x\n\"a\nb\"c", "x\ny,z\"", "\"\"\"", "\"a\"\r", "\"a\"\rb",
}

func TestScannerSplitsAsEncodingCSV(t *testing.T) {
	for _, text := range scanSamples {
		requireSameScan(t, []byte(text), 2)
	}
	// Lines longer than the block, with and without quotes, at its very end too.
	for _, n := range []int{blockSize - 1, blockSize, blockSize + 1, 3 * blockSize} {
		long := strings.Repeat("x", n)
		requireSameScan(t, []byte("a,b\n"+long+",2\n3,\""+long+"\n"+long+"\"\n"+long), 1000)
	}
}

func TestScannerSplitsWhereverReadsEnd(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "bc", ",", ",", "\n", "\r\n", "\r", `"`, `""`, `","`, "\"\n", "\xff", "\x00", "é"})
	rapid.Check(t, func(t *rapid.T) {
		data := strings.Join(rapid.SliceOfN(piece, 0, 60).Draw(t, "text"), "")
		cuts := rapid.SliceOfN(rapid.IntRange(1, 9), 1, 8).Draw(t, "cuts")
		requireSameScan(t, []byte(data), cuts...)
	})
}

// A reader that gives neither bytes nor an error ends the reading.
func TestScannerGivesUpOnAReaderWithoutProgress(t *testing.T) {
	_, err := scanAll(readerFunc(func([]byte) (int, error) { return 0, nil }))
	require.ErrorIs(t, err, io.ErrNoProgress)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// Scanning allocates nothing per record, quotes or not.
func TestScannerReusesItsRoom(t *testing.T) {
	text := strings.Repeat("abc,def,ghi\n\"a\"\"bc\",\"d\ne\",f\n", 10_000)
	s := newScanner(strings.NewReader(text))
	require.NoError(t, s.next())
	require.NoError(t, s.next())
	require.Zero(t, testing.AllocsPerRun(10_000, func() { _ = s.next() }))
}
