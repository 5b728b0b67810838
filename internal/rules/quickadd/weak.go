package quickadd

// weigh finds out which pieces are tokens by their form: a weak one needs a place
// that says what it is, a lead before the due date a due date.
func (p *parser) weigh() {
	for i := range p.pieces {
		pc := &p.pieces[i]
		pc.form = p.placed(i)
	}
	p.admitLast()
	if p.isDue() {
		return
	}
	// Leads are text then, and weak words before them are not the last ones.
	for i := range p.pieces {
		pc := &p.pieces[i]
		if pc.shape == aLead {
			pc.form = false
		}
		if !p.placed(i) {
			pc.form = false
		}
	}
	p.admitLast()
}

// placed reports whether a piece is a token wherever the text ends: it is strong,
// beside a date, or escaped after a joining word, which would make it strong.
func (p *parser) placed(i int) bool {
	pc := &p.pieces[i]
	return pc.weak == strong || p.besideDate(i) || pc.escaped && pc.shape == aDate && p.afterJoining(pc.from)
}

// besideDate reports whether a date or time that is sure stands directly before
// or after a piece.
func (p *parser) besideDate(i int) bool {
	pc := &p.pieces[i]
	if i > 0 {
		b := &p.pieces[i-1]
		if b.to == pc.from && p.words[b.to-1].mark == 0 && b.isSureDate() {
			return true
		}
	}
	if i+1 < len(p.pieces) {
		a := &p.pieces[i+1]
		return a.from == pc.to && p.words[pc.to-1].mark == 0 && a.isSureDate()
	}
	return false
}

func (pc *piece) isSureDate() bool { return pc.shape == aDate && pc.weak == strong && !pc.escaped }

// afterJoining reports whether word i stands directly after a joining word.
func (p *parser) afterJoining(i int) bool {
	return i > 0 && !p.words[i-1].fixed && p.words[i-1].mark == 0 && p.words[i-1].has(joining)
}

// admitLast makes tokens of weak pieces that are the text's last words, other
// tokens aside.
func (p *parser) admitLast() {
	word := len(p.words)
	for i := len(p.pieces) - 1; i >= 0; i-- {
		pc := &p.pieces[i]
		if pc.to != word || !pc.form && pc.weak != weak {
			return
		}
		pc.form = true
		if pc.escaped {
			return // what follows the backslash is text
		}
		word = pc.from
	}
}

// isDue reports whether something sets a due date.
func (p *parser) isDue() bool {
	for i := range p.pieces {
		pc := &p.pieces[i]
		if pc.form && !pc.escaped && (pc.shape == aRepeat || pc.shape == aDate && pc.date.role != startsAt) {
			return true
		}
	}
	return false
}
