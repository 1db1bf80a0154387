namespace Shop.Catalog.Exchange;

/// <summary>What is wrong with a row.</summary>
/// <param name="Line">Of the file, from 1, where the row begins.</param>
/// <param name="Field">Name of the column.</param>
public sealed record ImportError(int Line, string Field, string Message);

/// <param name="Created">New ones.</param>
/// <param name="Changed">Those whose row says something else than what is stored.</param>
public sealed record ImportCount(int Created, int Changed);

/// <summary>What an import did, or would do.</summary>
/// <param name="Rows">Read from the file.</param>
/// <param name="Errors">Every one of every bad row; an import with any changes nothing.</param>
public sealed record ImportReport(
    bool DryRun, int Rows, ImportCount Products, ImportCount Variants, IReadOnlyList<ImportError> Errors);

/// <summary>An import that was accepted and runs when its turn comes.</summary>
/// <param name="State">queued, running, done, refused (the file or what it names is wrong) or failed (we could not).</param>
/// <param name="Who">Customer id of the administrator.</param>
/// <param name="Rows">Read from the file.</param>
/// <param name="Products">Null until it is done.</param>
/// <param name="Variants">Null until it is done.</param>
/// <param name="ErrorCount">Of its bad rows.</param>
/// <param name="Errors">Every one of every bad row; null in lists.</param>
/// <param name="Code">Why it was refused or failed.</param>
/// <param name="Detail">The same for people.</param>
/// <param name="Subject">Of its entry in the audit trail; null until it is done, and of a dry run.</param>
/// <param name="StartedAt">The last time.</param>
public sealed record ImportItem(
    long Id, string State, bool DryRun, Guid Who, int Rows, ImportCount? Products, ImportCount? Variants, int ErrorCount,
    IReadOnlyList<ImportError>? Errors, string? Code, string? Detail, string? Subject, DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt);

/// <param name="Next">Value of <c>after</c> for the next page; null on the last one.</param>
public sealed record ImportPage(IReadOnlyList<ImportItem> Items, long? Next);
