using System.Collections.Concurrent;

namespace Microsoft.Extensions.ServiceDiscovery.Http;

/// <summary>
/// Sends every request to the next end point of its service. The request has its own address again afterwards, so that an
/// outer handler may send it once more, to another end point.
/// </summary>
internal sealed class ResolvingHttpHandler(ServiceEndpointResolver resolver) : DelegatingHandler
{
    private readonly ConcurrentDictionary<string, Turn> _turns = new(StringComparer.OrdinalIgnoreCase);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri ?? throw new InvalidOperationException("The request has no address.");
        request.RequestUri = Resolve(address);
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            request.RequestUri = address;
        }
    }

    private Uri Resolve(Uri address)
    {
        if (resolver.Find(address) is not { } source)
            return ServiceEndpointAddress.WithOneScheme(address);
        var turn = _turns.GetOrAdd(address.GetLeftPart(UriPartial.Authority), static _ => new Turn());
        return ServiceEndpointAddress.Combine(address, source.Endpoints[turn.Next(source.Endpoints.Count)]);
    }

    private sealed class Turn
    {
        private uint _count;

        public int Next(int count) => (int)((Interlocked.Increment(ref _count) - 1) % (uint)count);
    }
}
