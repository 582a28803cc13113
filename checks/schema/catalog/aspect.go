package catalog

// Aspect is what of an object a statement changed, or in what two objects differ.
type Aspect string

const (
	AspectName        Aspect = "name"
	AspectType        Aspect = "type"
	AspectNull        Aspect = "null"
	AspectDefault     Aspect = "default"
	AspectGenerated   Aspect = "generated"
	AspectIdentity    Aspect = "identity"
	AspectOrder       Aspect = "order"      // of the columns of a table
	AspectColumns     Aspect = "columns"    // of a constraint or view
	AspectExpr        Aspect = "expression" // of a constraint, domain or policy
	AspectReference   Aspect = "reference"  // of a foreign key
	AspectOnDelete    Aspect = "on delete"  // and on update
	AspectValid       Aspect = "valid"
	AspectValues      Aspect = "values"     // of an enum
	AspectDefinition  Aspect = "definition" // of a view
	AspectArgs        Aspect = "arguments"  // of a function
	AspectReturns     Aspect = "returns"
	AspectBody        Aspect = "body"
	AspectTrigger     Aspect = "trigger"
	AspectRoles       Aspect = "roles"
	AspectRowSecurity Aspect = "row security"
	AspectPartition   Aspect = "partition"
	AspectCharset     Aspect = "charset" // of a table, and its collation
	AspectIncrement   Aspect = "increment"
	AspectRestart     Aspect = "restart"
)
