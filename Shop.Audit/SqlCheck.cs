using System.Reflection;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Shop.Audit;

/// <summary>
/// A check within one database: a statement whose rows are the differences. Its first line says which database and what holds:
/// <c>-- catalog: the sum is right</c>. <c>$1</c> is the time within which nothing is settled.
/// </summary>
public sealed class SqlCheck : AuditCheck
{
    // A statement sees one moment of its database, and may take its time for it.
    private const int TimeoutSeconds = 600;

    private readonly string _database;
    private readonly string _sql;

    private SqlCheck(string name, string database, string says, string sql)
        : base(name, says) => (_database, _sql) = (database, sql);

    /// <summary>The check of that name in <c>Checks/</c>.</summary>
    public static SqlCheck Load(string name)
    {
        var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name + ".sql")
            ?? throw new InvalidOperationException($"There is no check {name}.");
        using var reader = new StreamReader(stream);
        var sql = reader.ReadToEnd();
        var first = sql[3..sql.IndexOf('\n', StringComparison.Ordinal)];
        var colon = first.IndexOf(':', StringComparison.Ordinal);
        return new SqlCheck(name, first[..colon], first[(colon + 1)..].Trim(), sql);
    }

    public override bool CanRun(AuditDatabases databases) => Sources(databases).Any();

    public override async IAsyncEnumerable<string> RunAsync(
        AuditDatabases databases, TimeSpan settled, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var source in Sources(databases))
        {
            await using var command = source.CreateCommand(_sql);
            command.CommandTimeout = TimeoutSeconds;
            if (_sql.Contains("$1", StringComparison.Ordinal)) command.Parameters.Add(new NpgsqlParameter { Value = settled });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) yield return reader.GetString(0);
        }
    }

    private IEnumerable<NpgsqlDataSource> Sources(AuditDatabases databases) => _database switch
    {
        "catalog" => One(databases.Catalog),
        "orders" => databases.Orders,
        "payments" => One(databases.Payments),
        "each" => [.. One(databases.Catalog), .. databases.Orders, .. One(databases.Payments)],
        _ => throw new InvalidOperationException($"{Name}: there is no database {_database}."),
    };

    private static IEnumerable<NpgsqlDataSource> One(NpgsqlDataSource? source) => source is null ? [] : [source];
}
