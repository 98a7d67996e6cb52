package kserve

import "google.golang.org/protobuf/encoding/protowire"

// IndexRequest is a RepositoryIndexRequest.
type IndexRequest struct {
	Repository string
	Ready      bool // only models that are ready
}

// Append appends the encoded message to b.
func (r IndexRequest) Append(b []byte) []byte {
	b = appendString(b, 1, r.Repository)
	if r.Ready {
		b = protowire.AppendTag(b, 2, protowire.VarintType)
		b = protowire.AppendVarint(b, 1)
	}
	return b
}

// IndexedModel is one line of a repository index.
type IndexedModel struct {
	Name    string
	Version string
	State   string // "READY", "UNAVAILABLE", ...
	Reason  string
}

// DecodeIndex reads a RepositoryIndexResponse.
func DecodeIndex(b []byte) ([]IndexedModel, error) {
	var models []IndexedModel
	err := fields(b, func(f field) error {
		if f.num != 1 {
			return nil
		}
		var m IndexedModel
		err := fields(f.bytes, func(f field) error {
			switch f.num {
			case 1:
				m.Name = string(f.bytes)
			case 2:
				m.Version = string(f.bytes)
			case 3:
				m.State = string(f.bytes)
			case 4:
				m.Reason = string(f.bytes)
			}
			return nil
		})
		models = append(models, m)
		return err
	})
	return models, err
}

// DecodeReady reads the only field of ServerReadyResponse, ServerLiveResponse and
// ModelReadyResponse. Their requests are empty, or name and version (ModelOf).
func DecodeReady(b []byte) (ready bool, err error) {
	err = fields(b, func(f field) error {
		if f.num == 1 {
			ready = f.varint != 0
		}
		return nil
	})
	return ready, err
}

// ModelOf is the request of ModelReady, ModelMetadata, ModelConfig and
// ModelStatistics: a model's name and version, both optional for the last.
type ModelOf struct {
	Name    string
	Version string
}

// Append appends the encoded message to b.
func (r ModelOf) Append(b []byte) []byte {
	return appendString(appendString(b, 1, r.Name), 2, r.Version)
}

// Duration is a count of requests and the time that they took together.
type Duration struct{ Count, Nanos uint64 }

// Statistics is what a server counted for one version of a model. Executions are
// runs on a batch, inferences the rows in them.
type Statistics struct {
	Name, Version          string
	Inferences, Executions uint64
	Success, Fail, Queue   Duration
	ComputeInput           Duration
	ComputeInfer           Duration
	ComputeOutput          Duration
}

// DecodeStatistics reads a ModelStatisticsResponse.
func DecodeStatistics(b []byte) ([]Statistics, error) {
	var all []Statistics
	err := fields(b, func(f field) error {
		if f.num != 1 {
			return nil
		}
		var s Statistics
		err := fields(f.bytes, func(f field) error {
			switch f.num {
			case 1:
				s.Name = string(f.bytes)
			case 2:
				s.Version = string(f.bytes)
			case 4:
				s.Inferences = f.varint
			case 5:
				s.Executions = f.varint
			case 6:
				return s.decodeDurations(f.bytes)
			}
			return nil
		})
		all = append(all, s)
		return err
	})
	return all, err
}

func (s *Statistics) decodeDurations(b []byte) error {
	into := [...]*Duration{1: &s.Success, &s.Fail, &s.Queue, &s.ComputeInput, &s.ComputeInfer, &s.ComputeOutput}
	return fields(b, func(f field) error {
		if f.num < 1 || int(f.num) >= len(into) {
			return nil
		}
		return fields(f.bytes, func(inner field) error {
			switch inner.num {
			case 1:
				into[f.num].Count = inner.varint
			case 2:
				into[f.num].Nanos = inner.varint
			}
			return nil
		})
	})
}
