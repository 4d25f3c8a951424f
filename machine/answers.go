package machine

import "context"

// answerSlice is about how many users, or devices, of an answer are taken over in the
// first slice; see pace.go.
const answerSlice = 100

// inSlices takes over an answer that is about many, in slices: take is called with the
// step that a slice is in, and with which of them are in it. Each slice is kept while the
// next one is under way. It returns the step of the last one, which is not committed.
func (w *work) inSlices(ctx context.Context, p *pace, count int, take func(w *work, from, to int) error) (*work, error) {
	group := w.state.group
	for from := 0; ; {
		to := from + w.slice(p, count-from)
		if err := take(w, from, to); err != nil {
			w.forget() // how far it came
			return w, err
		}
		if to == count {
			return w, nil
		}
		from = to
		s, err := w.start()
		if err != nil {
			return w, err
		}
		kept := make(chan error, 1)
		s.follow(kept)
		_ = w.rest(context.WithoutCancel(ctx)) // what has begun is brought to its end
		w.mu.LockForSlice()
		if w, err = w.beginLocked(ctx); err != nil {
			return s.work, err
		}
		if w.state.group != group { // that was not kept, and all is read anew
			w.end()
			if err := <-kept; err != nil {
				return w, err
			}
			return w, ErrUnknownRequest
		}
	}
}
