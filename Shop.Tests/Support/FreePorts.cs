using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Shop.Tests.Support;

/// <summary>
/// Ports that nobody uses at this moment. Below the range out of which the kernel serves outgoing connections, so that none
/// of those takes it before the one for whom it is meant, and by chance, so that two runs beside each other differ.
/// </summary>
internal static class FreePorts
{
    // Of this process; whoever is given one may not listen there yet.
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    public static int Next()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(15_000, 32_000);
            if (!Given.TryAdd(port, true)) continue;
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody's: the next one.
            }
        }
    }

    /// <summary>Whether somebody listens on the port.</summary>
    public static bool IsTaken(int port) => System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties()
        .GetActiveTcpListeners().Any(listener => listener.Port == port);
}
