package call

import "supersonic/internal/kserve"

// gRPC codes.
const (
	OK                = 0
	Cancelled         = 1
	Unknown           = 2
	InvalidArgument   = 3
	DeadlineExceeded  = 4
	NotFound          = 5
	PermissionDenied  = 7
	ResourceExhausted = 8
	Unimplemented     = 12
	Internal          = 13
	Unavailable       = 14
	DataLoss          = 15
	Unauthenticated   = 16

	Codes = 17 // how many there are
)

// CodeName is the name of a gRPC code, "UNKNOWN" for numbers that are none.
func CodeName(code int) string {
	if code < 0 || code >= Codes {
		return codeNames[Unknown]
	}
	return codeNames[code]
}

var codeNames = [Codes]string{
	"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
	"PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
	"UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
}

// CodeOfHTTP is the gRPC code that clients give to an answer which has an HTTP
// status and no gRPC one, by gRPC's own table.
func CodeOfHTTP(status int) int {
	switch status {
	case 400:
		return Internal
	case 401:
		return Unauthenticated
	case 403:
		return PermissionDenied
	case 404:
		return Unimplemented
	case 429, 502, 503, 504:
		return Unavailable
	}
	return Unknown
}

// ServerFault tells whether a code is the server's fault and not the caller's, as
// OpenTelemetry's conventions for gRPC servers have it. Such spans have the
// status Error.
func ServerFault(code int) bool {
	switch code {
	case Unknown, DeadlineExceeded, Unimplemented, Internal, Unavailable, DataLoss:
		return true
	}
	return false
}

// MethodOf is the method of a :path.
func MethodOf(path string) Method {
	if m, ok := methods[path]; ok {
		return m
	}
	return Method{Name: "unknown", Stream: true}
}

const service = "/" + kserve.Service + "/"

var methods = map[string]Method{
	service + "ModelInfer":                   {Name: "ModelInfer", Named: true},
	service + "ModelStreamInfer":             {Name: "ModelStreamInfer", Named: true, Stream: true},
	service + "ModelReady":                   {Name: "ModelReady", Named: true},
	service + "ModelMetadata":                {Name: "ModelMetadata", Named: true},
	service + "ModelConfig":                  {Name: "ModelConfig", Named: true},
	service + "ModelStatistics":              {Name: "ModelStatistics", Named: true},
	service + "ServerLive":                   {Name: "ServerLive"},
	service + "ServerReady":                  {Name: "ServerReady"},
	service + "ServerMetadata":               {Name: "ServerMetadata"},
	service + "RepositoryIndex":              {Name: "RepositoryIndex", IsIndex: true},
	service + "RepositoryModelLoad":          {Name: "RepositoryModelLoad"},
	service + "RepositoryModelUnload":        {Name: "RepositoryModelUnload"},
	service + "SystemSharedMemoryStatus":     {Name: "SystemSharedMemoryStatus"},
	service + "SystemSharedMemoryRegister":   {Name: "SystemSharedMemoryRegister"},
	service + "SystemSharedMemoryUnregister": {Name: "SystemSharedMemoryUnregister"},
	service + "CudaSharedMemoryStatus":       {Name: "CudaSharedMemoryStatus"},
	service + "CudaSharedMemoryRegister":     {Name: "CudaSharedMemoryRegister"},
	service + "CudaSharedMemoryUnregister":   {Name: "CudaSharedMemoryUnregister"},
	service + "TraceSetting":                 {Name: "TraceSetting"},
	service + "LogSettings":                  {Name: "LogSettings"},
}
