using Polly;

namespace Microsoft.Extensions.Http.Resilience.Internal;

internal static class ResilienceKeys
{
    public static readonly HttpRequestOptionsKey<ResilienceContext?> Context = new("Resilience.Http.ResilienceContext");
}
