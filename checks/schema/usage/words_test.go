package usage

import "testing"

func TestWords(t *testing.T) {
	text := `const customUiAssetId = row.CustomUIAssetID; user.getEmail(); q.filter(author__full_name="x"); state: "in-progress"; find_by_token(t); 12345`
	words := wordsOf(text)
	for name, want := range map[string]bool{
		"custom_ui_asset_id": true, "email": true, "full_name": true, "author": true, "in-progress": true, "token": true,
		"custom_ui": false, "asset_id": false, "progress report": false, "id": true, "mail": false,
	} {
		if got := words.Has(name); got != want {
			t.Errorf("Has(%q) = %v", name, got)
		}
		if _, found := FindWord("a.ts", text, name); found != want && name != "id" {
			t.Errorf("FindWord(%q) = %v", name, found)
		}
	}
	if at, _ := FindWord("a.ts", "\n  x.CustomUIAssetID", "custom_ui_asset_id"); at.Span.Line != 2 || at.Span.Column != 5 {
		t.Errorf("found at %v", at.Span)
	}
}

// The hash is kept with facts: it may not change.
func TestHash(t *testing.T) {
	if hash, length := hashWord("custom_Ui"); hash != 0x99e63b38 || length != 8 {
		t.Errorf("hash %#x of %d", hash, length)
	}
}
