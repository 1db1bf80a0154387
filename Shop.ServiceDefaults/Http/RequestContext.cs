using Polly;

namespace Shop.ServiceDefaults.Http;

/// <summary>Tells the rules of the pipeline which request it sends: a failed attempt has no response to read it from.</summary>
internal sealed class RequestContext : DelegatingHandler
{
    private static readonly ResiliencePropertyKey<HttpRequestMessage?> Request = new("Shop.Request");

    public static HttpRequestMessage? RequestOf(ResilienceContext context) => context.Properties.GetValue(Request, null);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Request, request);
        request.SetResilienceContext(context);
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            request.SetResilienceContext(null);
            ResilienceContextPool.Shared.Return(context);
        }
    }
}
