//go:build js && wasm

package jsstore

import (
	"strconv"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// maxNext is how long what a page gives to ask for the next one may be.
const maxNext = 4096

// readPage reads a Page of mudpuppy/store, which must be an answer to the query.
func readPage(q *store.Query, answer safejs.Value) (store.Page, error) {
	var page store.Page
	var err error
	if !isObject(answer) {
		return store.Page{}, wrong("load returned no page")
	}
	if page.Epoch, err = getInteger(answer, "epoch"); err != nil {
		return store.Page{}, wrong("the page's epoch is no safe integer from 0")
	}
	if page.Records, err = readRecords(q, answer); err != nil {
		return store.Page{}, err
	}
	if page.Next, err = readNext(q, answer); err != nil {
		return store.Page{}, err
	}
	if page.Broken, err = readBroken(q, answer); err != nil {
		return store.Page{}, err
	}
	return page, nil
}

func readRecords(q *store.Query, answer safejs.Value) ([]store.Record, error) {
	most := q.PageLen()
	var asked map[string]bool
	if q.Keys != nil {
		most, asked = len(q.Keys), make(map[string]bool, len(q.Keys))
		for _, key := range q.Keys {
			asked[key] = true
		}
	}
	found, err := getArray(answer, "records", most)
	if err != nil || found == nil {
		return nil, wrong("the page's records are no array, or too many")
	}
	records := make([]store.Record, len(found))
	seen := make(map[string]bool, len(found))
	for i, v := range found {
		r := &records[i]
		why := readRecord(q, v, r)
		switch {
		case why != "":
		case asked != nil && !asked[r.Key]:
			why = "was not asked for"
		case seen[r.Key]:
			why = "is a second one with its key"
		}
		if why != "" {
			return nil, wrong("record " + strconv.Itoa(i) + " of the page " + why)
		}
		seen[r.Key] = true
	}
	return records, nil
}

// readRecord reads a record, and says what is wrong with it, if anything is.
func readRecord(q *store.Query, v safejs.Value, r *store.Record) (why string) {
	if !isObject(v) {
		return "is no object"
	}
	if table, err := getText(v, "table"); err != nil || table != string(q.Table) {
		return "is of another table"
	}
	r.Table = q.Table
	var err error
	if r.Key, err = getText(v, "key"); err != nil || !store.ValidKey(r.Key) {
		return "has no valid key"
	}
	if r.Value, err = getBytes(v, "value"); err != nil {
		return "has a value that is no Uint8Array"
	}
	if len(r.Value) > store.MaxValueLen+store.SealedRoom {
		return "has too long a value"
	}
	if readIndexes(v, &r.Indexes) != nil || r.Validate() != nil {
		return "has no valid indexes"
	}
	if q.Index != "" && r.Indexes.Get(q.Index) != q.Value {
		return "was not asked for"
	}
	return ""
}

func readIndexes(record safejs.Value, x *store.Indexes) error {
	texts, err := get(record, "indexes")
	if err != nil || texts.IsUndefined() {
		return err
	}
	if !isObject(texts) {
		return errKind
	}
	for _, i := range indexes {
		v, err := get(texts, string(i))
		if err != nil {
			return err
		}
		if v.IsUndefined() {
			continue
		}
		s, err := text(v)
		if err != nil {
			return err
		}
		if s == "" { // which is how Go says that there is none
			return errKind
		}
		x.Set(i, s)
	}
	return nil
}

func readNext(q *store.Query, answer safejs.Value) (string, error) {
	v, err := get(answer, "next")
	if err == nil && v.IsUndefined() {
		return "", nil
	}
	next := ""
	if err == nil {
		next, err = text(v)
	}
	switch {
	case err != nil || next == "" || len(next) > maxNext:
		return "", wrong("the page's next is no text of 1 to 4096 bytes")
	case q.Keys != nil:
		return "", wrong("the page has a next, although keys were asked for")
	case next == q.After:
		return "", wrong("the page's next is what it was asked with")
	}
	return next, nil
}

func readBroken(q *store.Query, answer safejs.Value) ([]store.Broken, error) {
	fault := wrong("the page's broken is no array of broken records")
	found, err := getArray(answer, "broken", max(q.PageLen(), len(q.Keys)))
	if err != nil {
		return nil, fault
	}
	var broken []store.Broken
	for _, v := range found {
		table, err := getText(v, "table")
		if err != nil || table != string(q.Table) {
			return nil, fault
		}
		key, err := getText(v, "key")
		if err != nil || !store.ValidKey(key) {
			return nil, fault
		}
		reason, err := getText(v, "reason")
		if err != nil {
			return nil, fault
		}
		broken = append(broken, store.Broken{Ref: store.Ref{Table: q.Table, Key: key}, Reason: shortened(reason)})
	}
	return broken, nil
}
