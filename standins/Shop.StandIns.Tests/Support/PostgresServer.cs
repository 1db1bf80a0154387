using Npgsql;

namespace Shop.StandIns.Tests.Support;

/// <summary>A PostgreSQL cluster in a temporary folder.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Account = "postgres";
    private readonly int _port = FreePorts.Next();
    private readonly DirectoryInfo _folder = ServerProcess.Folder(Account);
    private ServerProcess? _process;

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres";

    public async Task StartAsync()
    {
        var bin = Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin";
        var data = Path.Combine(_folder.FullName, "data");
        await ServerProcess.RunAsync(
            Account, $"{bin}/initdb", ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--locale=C.UTF-8"]);
        _process = ServerProcess.Start(
            Account, $"{bin}/postgres", ["-D", data, "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        await Eventually.TrueAsync(AnswersAsync);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>It listens a moment before it lets anyone in.</summary>
    private async Task<bool> AnswersAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        try
        {
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
