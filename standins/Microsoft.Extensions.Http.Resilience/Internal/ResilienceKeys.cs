using Polly;

namespace Microsoft.Extensions.Http.Resilience.Internal;

internal static class ResilienceKeys
{
    public static readonly ResiliencePropertyKey<HttpRequestMessage?> Request = new("Resilience.Http.RequestMessage");
}
