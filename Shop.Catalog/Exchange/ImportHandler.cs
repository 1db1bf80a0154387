using Microsoft.Extensions.Options;
using Shop.Catalog.Administration;
using Shop.ServiceDefaults.Locks;
using Shop.ServiceDefaults.Messaging.WorkQueues;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Exchange;

/// <summary>Imports a file that was accepted, when its turn has come.</summary>
/// <remarks>
/// Once, however often the job comes: that it is done is written in the transaction of what it stores. That the file cannot be
/// stored is an answer and no failure, so only what is not the file's fault is tried again.
/// </remarks>
public sealed partial class ImportHandler(
    ImportRecords records, ProductImport import, IOptions<ImportOptions> options, ILogger<ImportHandler> logger) : IJobHandler<ImportRequested>
{
    // One that ends its process each time would otherwise do so for as long as the queue brings it.
    private const int MostBegun = 10;
    private const string InVain = "It was tried several times in vain, and nothing was stored. The log of the service says why.";

    public async Task HandleAsync(ImportRequested job, JobContext context, CancellationToken cancellationToken)
    {
        try
        {
            await import.InTurnAsync(options.Value.JobWait, (turn, held) => RunAsync(job.Id, turn, held), cancellationToken);
        }
        catch (Exception failure) when (context.Attempt >= JobContext.MostAttempts && !cancellationToken.IsCancellationRequested)
        {
            var code = failure is ProblemException problem ? problem.Code : ProblemCodes.Internal;
            // Does not come to an end while the database is away, which does not end the job either.
            await records.FailAsync(job.Id, code, InVain, cancellationToken);
            LogFailed(failure, job.Id, context.MessageId);
            throw;
        }
    }

    /// <summary>False when there was nothing to do.</summary>
    private async Task<bool> RunAsync(long id, LockHandle turn, CancellationToken cancellationToken)
    {
        if (await records.BeginAsync(id, turn.FencingToken, cancellationToken) is not { } begun) return false;
        if (begun.Times > MostBegun) throw new InvalidOperationException($"Import {id} was begun {begun.Times} times and never ended.");
        try
        {
            using var bytes = new MemoryStream(begun.File, writable: false);
            var file = await ImportReader.ReadAsync(bytes, cancellationToken);
            if (begun.DryRun)
                await records.DoneAsync(begun, await import.TryAsync(file, cancellationToken), cancellationToken);
            else
                await import.RunAsync(
                    file, new Editor(begun.Who), turn,
                    (report, connection, transaction, token) => ImportRecords.DoneAsync(begun, report, connection, transaction, token),
                    cancellationToken);
        }
        catch (ProblemException refused) when (refused.Status < StatusCodes.Status500InternalServerError)
        {
            await records.RefuseAsync(begun, refused, cancellationToken);
        }
        return true;
    }

    [LoggerMessage(160, LogLevel.Error, "Import {Id} failed for good; its job {MessageId} is a dead letter")]
    private partial void LogFailed(Exception failure, long id, Guid messageId);
}
