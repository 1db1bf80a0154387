using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.LocalServers;

internal static class LocalPort
{
    /// <summary>Ports of the loopback address that are free now and differ from each other.</summary>
    internal static int[] Free(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        try
        {
            foreach (var listener in listeners) listener.Start();
            return [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (var listener in listeners) listener.Dispose();
        }
    }
}
