using System.Collections;
using Npgsql;
using OpenTelemetry;

namespace Shop.ServiceDefaults.Data;

/// <summary>The databases that this service owns, in the order of their registration: the index is the shard.</summary>
public sealed class ServiceDatabases : IReadOnlyList<NpgsqlDataSource>
{
    private readonly IReadOnlyList<ServiceDatabase> _databases;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ServiceDatabases(IReadOnlyList<ServiceDatabase> databases)
    {
        _databases = databases;
        if (databases.Count == 0)
            _ready.SetResult();
    }

    /// <summary>Number of databases.</summary>
    public int Count => _databases.Count;

    /// <summary>Every database exists, is migrated and seeded.</summary>
    public bool IsReady => _ready.Task.IsCompleted;

    /// <summary>The data source of a shard.</summary>
    public NpgsqlDataSource this[int index] => _databases[index].DataSource;

    /// <summary>Of a shard, outside the pool: each connection is a session of its own, for those who keep one open.</summary>
    public NpgsqlDataSource Sessions(int index) => _databases[index].Dedicated;

    /// <summary>Completes once <see cref="IsReady"/>; background work that touches tables waits for it first.</summary>
    public Task WhenReadyAsync(CancellationToken cancellationToken) => _ready.Task.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public IEnumerator<NpgsqlDataSource> GetEnumerator() => _databases.Select(d => d.DataSource).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal IReadOnlyList<ServiceDatabase> All => _databases;

    internal void MarkReady() => _ready.TrySetResult();
}

/// <summary>One database with what the background work around it needs.</summary>
internal sealed class ServiceDatabase : IAsyncDisposable
{
    private static readonly TimeSpan AnswerKept = TimeSpan.FromSeconds(1);
    private readonly SharedAnswer _answer;

    public ServiceDatabase(string name, string connectionString, NpgsqlDataSource dataSource, TimeProvider time)
    {
        (Name, ConnectionString, DataSource) = (name, connectionString, dataSource);
        Dedicated = ConnectionStrings.Dedicated(connectionString);
        _answer = new SharedAnswer(AnswersAsync, AnswerKept, time);
    }

    public string Name { get; }

    /// <summary>With the password, which a data source does not give back.</summary>
    public string ConnectionString { get; }

    /// <summary>The pool for requests and handlers.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>Connections outside the pool, one session each: locks and LISTEN end when they are closed.</summary>
    public NpgsqlDataSource Dedicated { get; }

    /// <summary>What keeps it from being ready; null once migrated.</summary>
    public string? NotReadyBecause { get; set; } = "migrations not applied yet";

    /// <summary>Whether the server answers, asked outside the pool: a busy pool does not mean "away".</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        // Readiness is asked every few seconds; each answer would be a trace of its own.
        using var untraced = SuppressInstrumentationScope.Begin();
        try
        {
            await using var connection = await Dedicated.OpenConnectionAsync(cancellationToken);
            return true;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>
    /// The same, at most a second old: each answer costs the server a process, and readiness is asked by anybody, as often as he
    /// likes.
    /// </summary>
    public Task<bool> AnsweredAsync(CancellationToken cancellationToken) => _answer.GetAsync(cancellationToken);

    public ValueTask DisposeAsync() => Dedicated.DisposeAsync();
}
