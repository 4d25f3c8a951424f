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
