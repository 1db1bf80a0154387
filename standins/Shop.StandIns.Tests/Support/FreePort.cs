using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Shop.StandIns.Tests.Support;

/// <summary>As FreePorts of Shop.Tests: not one that an outgoing connection may take meanwhile.</summary>
internal static class FreePort
{
    public static int Next()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(15_000, 32_000);
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
}
