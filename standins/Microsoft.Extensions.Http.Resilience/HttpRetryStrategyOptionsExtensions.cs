using Polly;

namespace Microsoft.Extensions.Http.Resilience;

/// <summary>Limits retries to requests that may be sent twice.</summary>
public static class HttpRetryStrategyOptionsExtensions
{
    /// <summary>Never retries POST, PUT, PATCH, DELETE and CONNECT.</summary>
    public static void DisableForUnsafeHttpMethods(this HttpRetryStrategyOptions options) =>
        options.DisableFor(HttpMethod.Delete, HttpMethod.Patch, HttpMethod.Post, HttpMethod.Put, HttpMethod.Connect);

    /// <summary>Never retries these methods; what else is retried stays as it was.</summary>
    public static void DisableFor(this HttpRetryStrategyOptions options, params HttpMethod[] methods)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(methods.Length);
        var shouldHandle = options.ShouldHandle;
        options.ShouldHandle = async args =>
            await shouldHandle(args)
            && !(args.Context.GetRequestMessage() is { } request && methods.Contains(request.Method));
    }
}
