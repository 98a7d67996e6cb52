package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"supersonic/internal/atomicfile"
	"supersonic/internal/faultfs"
)

// maxSessions bounds how many readers are signed in; the one that was used the
// longest ago gives way.
const maxSessions = 10_000

// session is one reader who signed in.
type session struct {
	Name  string    `json:"name"`
	Role  Role      `json:"role"`
	By    string    `json:"by"`
	Begun time.Time `json:"begun"`
	Used  time.Time `json:"used"`
}

// sessions are kept by the hash of their token: who reads the file or the memory
// cannot sign in by it.
type sessions struct {
	file     string // "" keeps them in memory alone
	inactive time.Duration
	lifetime time.Duration
	now      func() time.Time

	mu    sync.Mutex
	all   map[string]session
	kept  time.Time // when the file was written
	swept time.Time // when sessions that are over were dropped
}

// openSessions reads the file. One that cannot be read begins anew: readers sign
// in again; err tells why.
func openSessions(file string, s Settings) (*sessions, error) {
	list := &sessions{file: file, inactive: s.Inactive, lifetime: s.Lifetime, now: time.Now, all: map[string]session{}}
	if file == "" {
		return list, nil
	}
	if err := os.Remove(file + atomicfile.Suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return list, fmt.Errorf("remove what a crash left: %w", err)
	}
	content, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return list, nil
	}
	if err == nil {
		err = json.Unmarshal(content, &list.all)
	}
	if err != nil {
		list.all = map[string]session{}
		return list, fmt.Errorf("read who is signed in from %s: %w", file, err)
	}
	return list, nil
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// begin signs a reader in and gives the token that stands for him.
func (s *sessions) begin(name string, r Role, by string) (token string, err error) {
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("make a session's token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(random)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget()
	now := s.now()
	s.all[hash(token)] = session{Name: name, Role: r, By: by, Begun: now, Used: now}
	return token, s.keep()
}

// forget drops sessions that are over, once a minute and at the bound, where the
// one used longest ago goes as well.
func (s *sessions) forget() {
	if len(s.all) < maxSessions && s.now().Sub(s.swept) < time.Minute {
		return
	}
	s.swept = s.now()
	oldest := ""
	for id, one := range s.all {
		if s.over(one) {
			delete(s.all, id)
		} else if oldest == "" || one.Used.Before(s.all[oldest].Used) {
			oldest = id
		}
	}
	if len(s.all) >= maxSessions {
		delete(s.all, oldest)
	}
}

func (s *sessions) over(one session) bool {
	now := s.now()
	return now.Sub(one.Used) > s.inactive || now.Sub(one.Begun) > s.lifetime
}

// of finds the session of a token.
func (s *sessions) of(token string) (session, bool) {
	id := hash(token)
	s.mu.Lock()
	defer s.mu.Unlock()
	one, known := s.all[id]
	if !known || s.over(one) {
		delete(s.all, id)
		return session{}, false
	}
	one.Used = s.now()
	s.all[id] = one
	return one, true
}

// end signs a token's reader out.
func (s *sessions) end(token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, hash(token))
	return s.keep()
}

// close writes when each session was last used.
func (s *sessions) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) == 0 && s.kept.IsZero() {
		return nil
	}
	return s.keep()
}

// keep writes the file, readable by its owner alone.
func (s *sessions) keep() error {
	if s.file == "" {
		return nil
	}
	content, err := json.Marshal(s.all)
	if err != nil {
		return fmt.Errorf("keep who is signed in: %w", err)
	}
	s.kept = s.now()
	if err := atomicfile.Write(faultfs.OS{}, s.file, content); err != nil {
		return fmt.Errorf("keep who is signed in: %w", err)
	}
	return nil
}
