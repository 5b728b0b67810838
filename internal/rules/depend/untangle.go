package depend

// Link says that one waits for another.
type Link[K comparable] struct{ From, To K }

// Closing are those of the new links that are to be left out, so that nothing
// waits for itself: it goes along them from the first place on, and leaves out what
// leads back to where it has come from. What was there before stays, though it may
// be a part of the way back. The work grows with the number of links, however they
// lie, but for each that closes a circle by way of an old one.
func Closing[K comparable](places []K, old, fresh func(K) []K) []Link[K] {
	w := walk[K]{old: old, fresh: fresh, state: map[K]state{}, out: map[Link[K]]bool{}}
	for _, place := range places {
		if w.state[place] == unseen {
			w.from(place)
		}
	}
	return w.closing
}

type state uint8

const (
	unseen state = iota
	onTheWay
	done
)

// step is a place on the way, and what is left to be seen from there.
type step[K comparable] struct {
	place      K
	old, fresh []K
	byFresh    bool // it was come to along a new link
}

// walk goes along links, and remembers where it was.
type walk[K comparable] struct {
	old, fresh func(K) []K
	state      map[K]state
	way        []step[K]
	out        map[Link[K]]bool
	closing    []Link[K]
}

func (w *walk[K]) from(place K) {
	w.enter(place, false)
	for len(w.way) > 0 {
		at := &w.way[len(w.way)-1]
		var to K
		byFresh := false
		switch {
		case len(at.old) > 0:
			to, at.old = at.old[0], at.old[1:]
		case len(at.fresh) > 0:
			to, at.fresh, byFresh = at.fresh[0], at.fresh[1:], true
			if w.out[Link[K]{at.place, to}] {
				continue
			}
		default:
			w.state[at.place] = done
			w.way = w.way[:len(w.way)-1]
			continue
		}
		switch {
		case w.state[to] == unseen:
			w.enter(to, byFresh)
		case w.state[to] == onTheWay && byFresh:
			w.leaveOut(at.place, to)
		case w.state[to] == onTheWay:
			w.turnBack(to)
		}
	}
}

func (w *walk[K]) enter(place K, byFresh bool) {
	w.state[place] = onTheWay
	w.way = append(w.way, step[K]{place, w.old(place), w.fresh(place), byFresh})
}

func (w *walk[K]) leaveOut(from, to K) {
	link := Link[K]{from, to}
	w.out[link] = true
	w.closing = append(w.closing, link)
}

// turnBack leaves out the last new link on the way that an old one leads back to,
// and what came after it is seen from elsewhere.
func (w *walk[K]) turnBack(to K) {
	for i := len(w.way) - 1; i > 0 && w.way[i].place != to; i-- {
		if !w.way[i].byFresh {
			continue
		}
		w.leaveOut(w.way[i-1].place, w.way[i].place)
		for _, s := range w.way[i:] {
			w.state[s.place] = unseen
		}
		w.way = w.way[:i]
		return
	}
}
