package store

import "testing"

func TestDefaults(t *testing.T) {
	s, _ := openTest(t)
	if kept, err := s.Defaults(t.Context(), 9); kept != nil || err != nil {
		t.Errorf("%q, %v in an empty store", kept, err)
	}
	accept(t, s, delivery("first"))
	must(t, s.KeepDefaults(t.Context(), 9, []byte("version: 1")))
	if kept, err := s.Defaults(t.Context(), 9); string(kept) != "version: 1" || err != nil {
		t.Errorf("%q, %v", kept, err)
	}
	accept(t, s, delivery("later"))
	if kept, err := s.Defaults(t.Context(), 9); string(kept) != "version: 1" || err != nil {
		t.Errorf("after another delivery: %q, %v", kept, err)
	}
	if kept, err := s.Defaults(t.Context(), 8); kept != nil || err != nil {
		t.Errorf("another installation: %q, %v", kept, err)
	}
}
