using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Free ports. They lie below the range from which the system takes ports of outgoing connections. A file shared by all AppHosts of
/// the user says who has which port, so that two that start at once do not choose the same.
/// </summary>
internal sealed class PortClaims : IDisposable
{
    private const int First = 20_000;
    private const int Count = 12_000;
    private readonly string _file;
    private readonly int _first;
    private readonly int _count;
    private readonly Lock _lock = new();
    private readonly List<int> _mine = [];

    internal PortClaims() : this(Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "shop", "ports"))
    {
    }

    internal PortClaims(string file, int first = First, int count = Count)
    {
        (_file, _first, _count) = (file, first, count);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
    }

    /// <summary>Claims free ports until this object is disposed or the process ends.</summary>
    internal IReadOnlyList<int> Claim(int count)
    {
        lock (_lock)
        {
            using var held = FileLock.Take(_file + ".lock");
            var claims = Read();
            var claimed = new List<int>();
            var next = Random(_count);
            for (var tries = 0; claimed.Count < count && tries < _count; tries++)
            {
                var port = _first + (next + tries) % _count;
                if (claims.ContainsKey(port) || !IsFree(port)) continue;
                claims[port] = Environment.ProcessId;
                claimed.Add(port);
            }

            if (claimed.Count < count) throw new DistributedApplicationException($"There are no {count} free ports from {_first} on.");
            Write(claims);
            _mine.AddRange(claimed);
            return claimed;
        }
    }

    /// <summary>Whether nothing listens on the port of the loopback addresses.</summary>
    internal static bool IsFree(int port) => CanBind(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || CanBind(IPAddress.IPv6Loopback, port));

    public void Dispose()
    {
        lock (_lock)
        {
            using var held = FileLock.Take(_file + ".lock");
            var claims = Read();
            foreach (var port in _mine) claims.Remove(port);
            Write(claims);
        }
    }

    private static int Random(int bound) => System.Security.Cryptography.RandomNumberGenerator.GetInt32(bound);

    private static bool CanBind(IPAddress address, int port)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return true; // IPv6 without a loopback address
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Lines "port pid"; those of dead processes are dropped.</summary>
    private Dictionary<int, int> Read()
    {
        var claims = new Dictionary<int, int>();
        if (!File.Exists(_file)) return claims;
        foreach (var line in File.ReadAllLines(_file))
            if (line.Split(' ') is [var p, var o] && int.TryParse(p, CultureInfo.InvariantCulture, out var port)
                && int.TryParse(o, CultureInfo.InvariantCulture, out var owner) && IsAlive(owner)) claims[port] = owner;
        return claims;
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private void Write(Dictionary<int, int> claims) =>
        File.WriteAllLines(_file, claims.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value}")));
}
