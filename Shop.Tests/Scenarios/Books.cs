using Shop.Audit;

namespace Shop.Tests.Scenarios;

/// <summary>What <c>./shop audit</c> compares.</summary>
internal static class Books
{
    /// <summary>
    /// All of it agrees, whatever changed last. Looked at again and again, since changes of products and stock are told a moment
    /// after they are made, and a message that waits is a difference.
    /// </summary>
    public static Task AgreeAsync(AuditDatabases databases) => Eventually.BecomesAsync(
        "the books agree",
        async () =>
        {
            await using var report = new StringWriter();
            var agree = await new AuditReport(report).RunAsync(AuditChecks.All, databases, TimeSpan.Zero, CancellationToken.None);
            return (Agree: agree, Report: report.ToString());
        },
        books => books.Agree);
}
