using System.Diagnostics;

namespace Shop.Tests.Support;

/// <summary>Counts the commands that this process sends to one database, as Npgsql reports them.</summary>
internal sealed class DatabaseQueries : IDisposable
{
    private readonly string _database;
    private readonly string _part;
    private readonly ActivityListener _listener;
    private int _count;

    /// <param name="database">Name of the database.</param>
    /// <param name="part">Text that a counted command contains.</param>
    public DatabaseQueries(string database, string part)
    {
        (_database, _part) = (database, part);
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = Look,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public int Count => Volatile.Read(ref _count);

    public void Dispose() => _listener.Dispose();

    private void Look(Activity activity)
    {
        var database = activity.GetTagItem("db.namespace") ?? activity.GetTagItem("db.name");
        var text = activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement");
        if (database as string == _database && text is string sql && sql.Contains(_part, StringComparison.Ordinal))
            Interlocked.Increment(ref _count);
    }
}
