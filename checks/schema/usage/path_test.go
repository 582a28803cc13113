package usage

import "testing"

func TestReads(t *testing.T) {
	for path, want := range map[string]bool{
		"src/a.ts": true, "src/a.vue": true, "a.py": true, "app/models/user.rb": true, "a/b.go": true, "A.java": true, "packages/schemas/tables/users.sql": true,
		"prisma/schema.prisma": true, "db/structure.sql": true, "lib/a.ex": true, "src/migrations/service.ts": true,
		"node_modules/a/b.js": false, "vendor/a/b.go": false, "web/dist/a.js": false, "a.min.js": false, "a.d.ts": false, "README.md": false, "a.graphql": false,
		"packages/schemas/alterations/next-1720505152-x.ts": false, "db/migrate/20240101000000_add_x.rb": false, "shop/migrations/0001_initial.py": false,
		"prisma/migrations/20240101000000_x/migration.sql": false, "src/main/resources/db/migration/V1__x.sql": false, "alembic/versions/ab12_x.py": false, "sql/0001_x.up.sql": false,
	} {
		if got := Reads(path); got != want {
			t.Errorf("Reads(%q) = %v", path, got)
		}
	}
}

func TestTests(t *testing.T) {
	for path, want := range map[string]bool{
		"src/a.test.ts": true, "src/__mocks__/a.ts": true, "spec/models/a_spec.rb": true, "a_test.go": true, "tests/test_a.py": true, "src/test/java/ATest.java": true, "a.stories.tsx": true,
		"src/a.ts": false, "app/latest.py": false, "src/contest/a.go": false, "src/main/java/Test.kts": false, "attest.go": false,
	} {
		if got := test(path); got != want {
			t.Errorf("test(%q) = %v", path, got)
		}
	}
}
