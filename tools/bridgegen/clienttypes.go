package main

// ts is the type in TypeScript.
func (t typ) ts() string {
	switch t.kind {
	case textKind, secretTextKind:
		return "string"
	case bytesKind, array32Kind:
		return "Uint8Array"
	case dataKind:
		return "string | Uint8Array"
	case uint32Kind, integerKind:
		return "number"
	case boolKind:
		return "boolean"
	case jsonKind, secretJSONKind:
		return "unknown"
	case optionalKind:
		return t.elem.ts() + " | undefined"
	case listKind:
		return t.elem.ts() + "[]"
	}
	return t.name
}

// check names the function that refuses an argument, or tells its size.
func (t typ) check() string {
	switch t.kind {
	case bytesKind:
		return "checkBytes"
	case array32Kind:
		return "checkArray32"
	case dataKind:
		return "checkData"
	}
	return "checkText"
}

// put names the function that copies an argument and returns its length.
func (t typ) put() string {
	switch t.kind {
	case bytesKind, array32Kind:
		return "putBytes"
	case dataKind:
		return "putData"
	}
	return "putText"
}

// take is the expression that reads a result.
func (t typ) take() string {
	switch t.kind {
	case textKind, secretTextKind:
		return "takeText()"
	case unionKind:
		return "takeText() as " + t.name
	case bytesKind, dataKind, array32Kind:
		return "takeBytes()"
	case uint32Kind:
		return "takeUint32()"
	case integerKind:
		return "takeInteger()"
	case jsonKind, secretJSONKind:
		return "takeJSON()"
	case boolKind:
		return "takeBool()"
	case objectKind:
		return "takeObject(" + t.name + ")"
	case optionalKind:
		return "takeBool() ? " + t.elem.take() + " : undefined"
	case listKind:
		return "takeList(() => " + t.elem.take() + ")"
	}
	return "take" + t.name + "()"
}
