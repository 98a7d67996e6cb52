package payload

import (
	"encoding/json"
	"reflect"
)

// Filled makes every nil slice and map of a payload an empty one, so that whoever
// reads it gets lists where the types say lists.
func Filled(v any) any {
	in := reflect.ValueOf(v)
	out := reflect.New(in.Type()).Elem()
	out.Set(in)
	fillSlices(out)
	return out.Interface()
}

func fillSlices(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fillSlices(v.Field(i))
		}
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct {
			own := reflect.New(v.Type().Elem()) // what is pointed to may be shared
			own.Elem().Set(v.Elem())
			fillSlices(own.Elem())
			v.Set(own)
		}
	case reflect.Map:
		if v.IsNil() {
			v.Set(reflect.MakeMap(v.Type()))
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			return
		}
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			switch v.Index(i).Kind() {
			case reflect.Struct, reflect.Slice, reflect.Map:
				fillSlices(v.Index(i))
			default:
				return
			}
		}
	}
}
