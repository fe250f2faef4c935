package supervision

import "sync"

// policies remembers the JSON forms of policies that were written and read: each order has one, and there are few of them.
var policies = policyForms{texts: make(map[Policy]string), values: make(map[string]Policy)}

// policyForms is emptied when it is full, as templateCache is.
type policyForms struct {
	mu     sync.RWMutex
	texts  map[Policy]string // as written, whether or not valid
	values map[string]Policy // as read, and so valid
}

const maxPolicyForms, maxPolicyForm = 1000, 2000

// text returns how a policy was written before; nil if it was not. It is the caller's own.
func (f *policyForms) text(p Policy) []byte {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if text, ok := f.texts[p]; ok {
		return []byte(text)
	}
	return nil
}

// value returns what a text was read as before.
func (f *policyForms) value(text []byte) (p Policy, ok bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	p, ok = f.values[string(text)]
	return p, ok
}

func (f *policyForms) written(p Policy, text []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.texts) >= maxPolicyForms {
		clear(f.texts)
	}
	f.texts[p] = string(text)
}

func (f *policyForms) read(text []byte, p Policy) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.values) >= maxPolicyForms {
		clear(f.values)
	}
	if len(text) <= maxPolicyForm {
		f.values[string(text)] = p
	}
}
