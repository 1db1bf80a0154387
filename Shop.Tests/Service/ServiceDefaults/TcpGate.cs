using System.Net;
using System.Net.Sockets;

namespace Shop.Tests.Service.ServiceDefaults;

/// <summary>Stands between a client and a server and can be shut: open connections break, new ones are refused.</summary>
internal sealed class TcpGate : IAsyncDisposable
{
    private readonly IPEndPoint _server;
    private readonly IPEndPoint _own;
    private CancellationTokenSource? _open;
    private Task _work = Task.CompletedTask;

    public TcpGate(string host, int port)
    {
        _server = new IPEndPoint(IPAddress.Parse(host), port);
        _own = new IPEndPoint(IPAddress.Loopback, FreePorts.Next());
    }

    public int Port => _own.Port;

    /// <summary>Connections that came while it was open.</summary>
    public int Accepted { get; private set; }

    public void Open()
    {
        _open = new CancellationTokenSource();
        var listener = new TcpListener(_own);
        listener.Start();
        _work = AcceptAsync(listener, _open.Token);
    }

    public async Task ShutAsync()
    {
        if (_open is null)
            return;
        await _open.CancelAsync();
        await _work;
        _open.Dispose();
        _open = null;
    }

    public async ValueTask DisposeAsync() => await ShutAsync();

    private async Task AcceptAsync(TcpListener listener, CancellationToken open)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(open);
                // Before it is served: whoever got an answer through it finds it counted.
                Accepted++;
                connections.Add(ForwardAsync(client, open));
            }
        }
        catch (OperationCanceledException)
        {
            listener.Stop();
        }

        await Task.WhenAll(connections);
    }

    private async Task ForwardAsync(TcpClient client, CancellationToken open)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(_server, open);
            var there = near.GetStream().CopyToAsync(far.GetStream(), open);
            var back = far.GetStream().CopyToAsync(near.GetStream(), open);
            await Task.WhenAny(there, back);
            // An outage is abrupt, and says nothing more.
            near.LingerState = far.LingerState = new LingerOption(true, 0);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException)
        {
            near.LingerState = new LingerOption(true, 0);
        }
    }
}
