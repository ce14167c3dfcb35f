package filestore

import (
	"errors"
	"io"
	"os"
)

// A file is what a store asks of a file.
type file interface {
	io.ReaderAt
	io.WriterAt
	Size() (int64, error)
	Truncate(size int64) error
	Sync() error
	Close() error
}

// A system is what a store asks of an operating system. Tests have one that fails
// at every call in turn.
type system interface {
	// open opens the file for reading and writing, makes it when it is not there,
	// and locks it; ErrLocked when somebody else has.
	open(path string) (file, error)
	// syncDir makes the names in a folder durable.
	syncDir(dir string) error
}

// machine is the operating system that the program runs on.
type machine struct{}

type osFile struct{ *os.File }

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (machine) open(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return osFile{f}, nil
}

func (machine) syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
