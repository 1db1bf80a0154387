using System.Net;
using Shop.Bench.Http;

namespace Shop.Bench.Load;

/// <summary>Calls over one connection of its own.</summary>
public sealed class HttpCaller(EndPoint server, IRequestSource requests, TimeProvider time, Random random) : ICaller
{
    private const int LargestRequest = 8 * 1024;
    private const long Idle = long.MaxValue;
    private readonly HttpConnection _connection = new(server);
    private readonly byte[] _scratch = new byte[LargestRequest];
    private long _began = Idle;

    public async ValueTask<int> CallAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _began, time.GetTimestamp());
        try
        {
            return await _connection.SendAsync(requests.Next(random, _scratch), sink: null, cancellationToken);
        }
        finally
        {
            Volatile.Write(ref _began, Idle);
        }
    }

    public void AbortIfOlderThan(long timestamp)
    {
        if (Volatile.Read(ref _began) < timestamp) _connection.Abort();
    }

    public void Dispose() => _connection.Dispose();
}
