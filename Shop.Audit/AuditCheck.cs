namespace Shop.Audit;

/// <summary>A comparison of sources that do not know of each other. A difference is never to be, at no moment.</summary>
public abstract class AuditCheck(string name, string says)
{
    /// <summary>Short, in lower case.</summary>
    public string Name => name;

    /// <summary>What holds when there is no difference.</summary>
    public string Says => says;

    /// <summary>The databases that it needs are there.</summary>
    public abstract bool CanRun(AuditDatabases databases);

    /// <summary>Each difference as a sentence.</summary>
    /// <param name="settled">How long ago the last change must be of what passes between databases before it is compared.</param>
    public abstract IAsyncEnumerable<string> RunAsync(AuditDatabases databases, TimeSpan settled, CancellationToken cancellationToken);
}
