package machine

import "context"

// Abandon is a step that ends with changes in hand, as when the store fails it.
func (m *Machine) Abandon(ctx context.Context) error {
	w, err := m.begin(ctx)
	if err != nil {
		return err
	}
	defer w.end()
	w.keep(w.state.own)
	return nil
}

// Remembered is how many users, other devices and rooms are in memory.
func (m *Machine) Remembered() (users, peers, rooms int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.state.users), len(m.state.peers), len(m.state.rooms)
}
