#!/bin/sh
# Fetches the repositories of field.tsv, each at its commit alone, into DIR/owner+name:
# bare, one commit deep, without files of 4 MB and more. What is there already stays; what
# cannot be had is told and passed over. Then: CHECKREIN_FIELD=DIR go test ./checks/images -run Field -v
set -eu
[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
table=$(dirname "$0")/field.tsv
mkdir -p "$1"
cut -f1 "$table" | grep -v '^#' | sort -u | while IFS=@ read -r name commit; do
  dir=$1/$(echo "$name" | tr / +)
  if git -C "$dir" cat-file -e "$commit^{tree}" 2>/dev/null; then continue; fi
  rm -rf "$dir"
  git init -q --bare "$dir"
  if git -C "$dir" fetch -q --depth=1 --filter=blob:limit=4m "https://github.com/$name" "$commit"; then
    echo "$name"
  else
    echo "$name: not fetched, passed over" >&2
    rm -rf "$dir"
  fi
done
