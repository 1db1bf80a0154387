using Microsoft.AspNetCore.Http;

namespace Shop.ServiceDefaults.Problems;

/// <summary>Codes that any service may answer.</summary>
public static class ProblemCodes
{
    /// <summary>A value breaks a rule.</summary>
    public const string Invalid = "invalid";

    /// <summary>The request cannot be read.</summary>
    public const string Malformed = "malformed";

    /// <summary>A dependency is away.</summary>
    public const string Unavailable = "unavailable";

    /// <summary>A bounded queue is full.</summary>
    public const string Busy = "busy";

    /// <summary>Our mistake; the log has the trace id.</summary>
    public const string Internal = "internal";

    /// <summary>The code for an answer of which only the status is known.</summary>
    public static string ForStatus(int status) => status switch
    {
        StatusCodes.Status400BadRequest => Malformed,
        StatusCodes.Status401Unauthorized => "unauthenticated",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not_found",
        StatusCodes.Status405MethodNotAllowed => "method_not_allowed",
        StatusCodes.Status406NotAcceptable => "not_acceptable",
        StatusCodes.Status408RequestTimeout => "request_timeout",
        StatusCodes.Status413PayloadTooLarge => "payload_too_large",
        StatusCodes.Status414UriTooLong => "uri_too_long",
        StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
        StatusCodes.Status429TooManyRequests => "too_many_requests",
        StatusCodes.Status431RequestHeaderFieldsTooLarge => "headers_too_large",
        StatusCodes.Status502BadGateway => "bad_gateway",
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        StatusCodes.Status504GatewayTimeout => "gateway_timeout",
        >= 500 => Internal,
        _ => Invalid,
    };
}
