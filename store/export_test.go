package store

// Asked returns how many commits were asked for.
func Asked(g *Group) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.asked
}
