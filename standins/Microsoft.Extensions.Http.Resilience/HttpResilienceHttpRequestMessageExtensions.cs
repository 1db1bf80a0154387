using Microsoft.Extensions.Http.Resilience.Internal;
using Polly;

namespace System.Net.Http;

/// <summary>Gives the pipeline that will send a request a context made by the caller.</summary>
public static class HttpResilienceHttpRequestMessageExtensions
{
    /// <summary>The pipeline runs in this context instead of one of its own; null takes it back.</summary>
    public static void SetResilienceContext(this HttpRequestMessage requestMessage, ResilienceContext? resilienceContext)
    {
        ArgumentNullException.ThrowIfNull(requestMessage);
        requestMessage.Options.Set(ResilienceKeys.Context, resilienceContext);
    }
}
