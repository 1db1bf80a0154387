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
