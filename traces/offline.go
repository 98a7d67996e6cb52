package traces

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"supersonic/internal/faultfs"
	"supersonic/traces/api"
	"supersonic/traces/otlp"
	"supersonic/traces/store"
)

// The formats of Dump.
const (
	DumpJSON     = store.JSONLines
	DumpProtobuf = store.Protobuf
)

// Report is what Verify found.
type Report = store.Report

// tenantDir is a tenant's directory below dataDir.
func tenantDir(dataDir, tenant string) (string, error) {
	if err := api.CheckOrgID(tenant); err != nil {
		return "", err
	}
	return filepath.Join(dataDir, tenant), nil
}

// Verify reads every byte that a tenant has stored. The store may be running. The
// error is of what kept it from reading; damage is in the Report.
func Verify(ctx context.Context, dataDir, tenant string) (Report, error) {
	dir, err := tenantDir(dataDir, tenant)
	if err != nil {
		return Report{}, err
	}
	return store.Verify(ctx, faultfs.OS{}, dir)
}

// Dump writes a tenant's spans as OTLP exports. The store may be running. It
// returns how many spans were written.
func Dump(ctx context.Context, dataDir, tenant string, to io.Writer, format store.DumpFormat) (int, error) {
	dir, err := tenantDir(dataDir, tenant)
	if err != nil {
		return 0, err
	}
	return store.Dump(ctx, faultfs.OS{}, dir, to, format)
}

// ReadDump gives the exports of a Dump, or of any file of that form, as OTLP
// protobuf to f, whose error ends it. Bad spans of JSON are spans of nothing in it.
func ReadDump(from io.Reader, f func(raw []byte, bad otlp.Bad) error) error {
	return store.ReadDump(from, f)
}

// Backup copies every tenant's directory to one below dest, which must not be there
// yet: dest is then a data directory. The store may be running. It returns the
// tenants.
func Backup(dataDir, dest string) ([]string, error) {
	files := faultfs.OS{}
	entries, err := files.ReadDir(dataDir)
	if err != nil {
		return nil, fmt.Errorf("there is no trace store: %w", err)
	}
	if _, err := files.ReadDir(dest); err == nil {
		return nil, fmt.Errorf("%s is there already: name a directory that is not", dest)
	}
	if err := files.MkdirAll(dest); err != nil {
		return nil, err
	}
	var done []string
	for _, e := range entries {
		if !e.IsDir() || api.CheckOrgID(e.Name()) != nil {
			continue
		}
		if err := store.Backup(files, filepath.Join(dataDir, e.Name()), filepath.Join(dest, e.Name())); err != nil {
			return done, err
		}
		done = append(done, e.Name())
	}
	if len(done) == 0 {
		return nil, errors.New("there is no trace store in " + dataDir)
	}
	return done, nil
}

// IsRunning tells whether New failed since another process has the data directory.
func IsRunning(err error) bool { return errors.Is(err, faultfs.ErrLocked) }
