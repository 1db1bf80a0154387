using Microsoft.Extensions.Http.Resilience.Internal;

namespace Polly;

/// <summary>Connects a running pipeline with its request.</summary>
public static class HttpResilienceContextExtensions
{
    /// <summary>The request that the pipeline sends; null in a pipeline that sends none.</summary>
    public static HttpRequestMessage? GetRequestMessage(this ResilienceContext context) =>
        context.Properties.GetValue(ResilienceKeys.Request, null);
}
