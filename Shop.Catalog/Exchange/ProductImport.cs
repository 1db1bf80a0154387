using Npgsql;
using Shop.Catalog.Administration;
using Shop.Catalog.Products;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Locks;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Exchange;

/// <summary>
/// Brings a file of products into the catalogue, all of it or nothing. One import runs at a time, in all replicas: a lock says
/// so, and its token is checked in the transaction, so that an import that lost the lock while it stood still stores nothing.
/// </summary>
public sealed class ProductImport(
    NpgsqlDataSource database, ImportStore store, ExclusiveLock locks, Fence fence, ProductCache cache, Failpoints failpoints)
{
    public const string LockName = "catalog-import";
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    /// <summary>What the file would do, and everything that is wrong with it. Changes and locks nothing.</summary>
    public async Task<ImportReport> TryAsync(ImportFile file, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (plan, errors) = await PlanAsync(file, connection, transaction, cancellationToken);
        var none = new ImportCount(0, 0);
        var (products, variants) = errors.Count > 0
            ? (none, none)
            : await new ImportStaging(connection, transaction).FillAsync(plan, cancellationToken);
        return new ImportReport(DryRun: true, file.Count, products, variants, errors);
    }

    /// <exception cref="ProblemException">400 import_invalid with every error in <c>rows</c>; 409 import_running.</exception>
    public async Task<ImportReport> RunAsync(ImportFile file, Editor editor, CancellationToken cancellationToken)
    {
        if (file.Errors.Count > 0) ThrowIfAny((await TryAsync(file, cancellationToken)).Errors);
        await using var handle = await locks.TryAcquireAsync(LockName, Lease, cancellationToken)
            ?? throw Problem.Conflict("import_running", "Another import is running; try again when it is done.");
        using var held = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, handle.Lost);
        try
        {
            return await RunAsync(file, editor, handle, held.Token);
        }
        catch (Exception lost) when (lost is StaleTokenException || (handle.Lost.IsCancellationRequested && lost is OperationCanceledException))
        {
            throw Problem.Unavailable("The import took a break that was too long, and stored nothing.");
        }
    }

    private async Task<ImportReport> RunAsync(ImportFile file, Editor editor, LockHandle handle, CancellationToken cancellationToken)
    {
        await failpoints.HitAsync("catalog.import.locked", cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ImportStore.LockAsync(connection, transaction, file.Rows, cancellationToken);
        var (plan, errors) = await PlanAsync(file, connection, transaction, cancellationToken);
        ThrowIfAny(errors);
        var staging = new ImportStaging(connection, transaction);
        var (products, variants) = await staging.FillAsync(plan, cancellationToken);
        await failpoints.HitAsync("catalog.import.planned", cancellationToken);
        var touched = await store.ApplyAsync(connection, transaction, staging, plan, editor.Id, cancellationToken);
        var report = new ImportReport(DryRun: false, file.Count, products, variants, []);
        await AuditAsync(connection, transaction, editor, handle, report, cancellationToken);
        await failpoints.HitAsync("catalog.import.before-commit", cancellationToken);
        await fence.CheckAsync(handle, connection, transaction, cancellationToken);
        await failpoints.HitAsync("catalog.import.checked", cancellationToken);
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        finally
        {
            // Also when the answer to the commit is lost: it may have happened.
            cache.Outdate(touched);
        }
        return report;
    }

    private static async Task<(IReadOnlyList<PlannedProduct> Plan, List<ImportError> Errors)> PlanAsync(
        ImportFile file, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        List<ImportError> errors = [.. file.Errors];
        var state = await ImportStore.LoadAsync(connection, transaction, file.Rows, cancellationToken);
        var plan = ImportPlan.Of(file.Rows, state, errors);
        return (plan, [.. errors.OrderBy(error => error.Line)]);
    }

    private static async Task AuditAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Editor editor, LockHandle handle, ImportReport report,
        CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        var subject = FormattableString.Invariant($"import:{handle.FencingToken}");
        batch.AddAudit(
            editor.Id, "catalogue.imported", subject, before: null,
            System.Text.Json.JsonSerializer.Serialize(report, CatalogJson.Default.ImportReport));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void ThrowIfAny(IReadOnlyList<ImportError> errors)
    {
        if (errors.Count == 0) return;
        var problem = new ProblemException(
            StatusCodes.Status400BadRequest, "import_invalid", $"{errors.Count} rules are broken; nothing was stored.", "body");
        problem.Extensions["rows"] = errors;
        throw problem;
    }
}
