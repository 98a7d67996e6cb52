// Package models is the demo's model repository: a plain model (calibrate), one
// with dynamic batching (jet_tag), one that fails on some inputs (flaky_id), and an
// ensemble (event) of jet_features and jet_tag. All are for Triton's python backend
// and need numpy only. It holds no state; Write may be called at any time.
package models

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed all:repository
var repository embed.FS

// Input is a tensor that a model of the demo takes: FP32, with its shape for one
// row; -1 is a length of the caller's choice, Batch puts a row count in front.
type Input struct {
	Model, Name, Output string
	Shape               []int64
	Batch               bool
}

// Inputs returns what a client sends, model by model; jet_features is left to the
// ensemble. A negative MASS makes flaky_id fail.
func Inputs() []Input {
	return []Input{
		{Model: "calibrate", Name: "HITS", Output: "ENERGY", Shape: []int64{-1, 4}},
		{Model: "jet_tag", Name: "FEATURES", Output: "SCORE", Shape: []int64{16}, Batch: true},
		{Model: "flaky_id", Name: "MASS", Output: "ID", Shape: []int64{1}},
		{Model: "event", Name: "TRACKS", Output: "SCORE", Shape: []int64{32, 4}, Batch: true},
	}
}

// Write puts the repository into dir, which is made if need be; files of the same
// name are replaced, others are left.
func Write(dir string) error {
	root, err := fs.Sub(repository, "repository")
	if err != nil {
		return err
	}
	err = fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(dir, filepath.FromSlash(path))
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		body, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, body, 0o644)
	})
	if err != nil {
		return fmt.Errorf("write the demo's models: %w", err)
	}
	return nil
}
