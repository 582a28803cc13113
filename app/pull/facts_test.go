package pull

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/checkrein/checkrein/checks/images"
)

// keeper keeps facts and counts the questions.
type keeper struct {
	Memory
	kept  map[images.FactKey][]byte
	asked int
	away  error
}

func (k *keeper) Facts(_ context.Context, _ int, keys []images.FactKey) (map[images.FactKey][]byte, error) {
	k.asked++
	if k.away != nil {
		return nil, k.away
	}
	found := map[images.FactKey][]byte{}
	for _, key := range keys {
		if data, ok := k.kept[key]; ok {
			found[key] = data
		}
	}
	return found, nil
}

func (k *keeper) PutFacts(_ context.Context, _ int, facts map[images.FactKey][]byte) error {
	for key, data := range facts {
		k.kept[key] = data
	}
	return nil
}

// What was said to come is one question, kept or not; what is put meanwhile counts.
func TestFactsAreReadAhead(t *testing.T) {
	ctx, k := t.Context(), &keeper{kept: map[images.FactKey][]byte{}}
	c := &factCache{ctx: ctx, memory: k}
	var keys []images.FactKey
	for i := range 100 {
		keys = append(keys, images.FactKey{Blob: fmt.Sprint(i), Reader: "r"})
		if i%2 == 0 {
			k.kept[keys[i]] = []byte{byte(i)}
		}
	}
	c.Prefetch(ctx, keys)
	for range 2 {
		for i, key := range keys {
			if data, ok := c.Get(ctx, key); ok != (i%2 == 0) || ok && data[0] != byte(i) {
				t.Errorf("fact %d: %v, %v", i, data, ok)
			}
		}
	}
	if k.asked != 1 {
		t.Errorf("the store was asked %d times, want once", k.asked)
	}
	c.Put(ctx, keys[1], []byte{1})
	if err := c.flush(); err != nil {
		t.Fatal(err)
	}
	if data, ok := c.Get(ctx, keys[1]); !ok || data[0] != 1 {
		t.Errorf("what was put is %v, %v", data, ok)
	}
	k.asked, k.away = 0, errors.New("the store is away")
	c.Prefetch(ctx, keys)
	for _, key := range keys {
		if _, ok := c.Get(ctx, key); ok {
			t.Errorf("fact %s of a store that is away", key.Blob)
		}
	}
	if k.asked != 1 {
		t.Errorf("a store that is away was asked %d times, want once", k.asked)
	}
	k.away = nil
	for range mostAhead/len(keys) + 1 {
		for i := range keys {
			keys[i].Reader += "+"
		}
		c.Prefetch(ctx, keys)
	}
	if len(c.ahead) > mostAhead {
		t.Errorf("%d facts are held, want at most %d", len(c.ahead), mostAhead)
	}
}
