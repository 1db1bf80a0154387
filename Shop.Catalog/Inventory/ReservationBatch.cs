using System.Globalization;
using System.Text.Json.Serialization;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Inventory;

/// <summary>Reservations of many orders in one call.</summary>
public sealed record ReservationBatch(IReadOnlyList<ReservationRequest>? Reservations)
{
    public const int MaxReservations = 100;
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Of the call; what is wrong with one reservation is told in its own result.</summary>
    public void Validate() => new Validator()
        .Check(Reservations is { Count: > 0 and <= MaxReservations }, "reservations", $"must be between 1 and {MaxReservations}")
        .Check(Reservations?.All(one => one is not null) is not false, "reservations", "must not be null")
        .ThrowIfInvalid();
}

/// <param name="Results">In the order of the reservations.</param>
public sealed record ReservationBatchAnswer(IReadOnlyList<ReservationBatchItem> Results);

/// <summary>What a call for this one reservation would have been answered.</summary>
/// <param name="Reservation">With status 200.</param>
/// <param name="Problem">With any other.</param>
public sealed record ReservationBatchItem(
    Guid OrderId, int Revision, int Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ReservationAnswer? Reservation,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] RefusalDetails? Problem)
{
    public static ReservationBatchItem Granted(ReservationAnswer answer) =>
        new(answer.OrderId, answer.Revision, StatusCodes.Status200OK, answer, Problem: null);

    public static ReservationBatchItem Refused(ReservationRequest request, ProblemException problem) =>
        new(request.OrderId, request.Revision, problem.Status, Reservation: null, RefusalDetails.Of(problem));
}

/// <summary>The members of a refusal's problem+json that say why; those that do not apply are left out.</summary>
/// <param name="Field">Of the request, when that is what is wrong.</param>
/// <param name="Available">Units that would not have been refused.</param>
/// <param name="Limit">Units, or uses of the coupon, per customer.</param>
/// <param name="Left">What is left of the limit.</param>
/// <param name="Minimum">Of the coupon, in minor units.</param>
public sealed record RefusalDetails(
    string Code, string Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ProductId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Sku,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Available,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Limit,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Left,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Minimum)
{
    public static RefusalDetails Of(ProblemException problem)
    {
        return new RefusalDetails(
            problem.Code, problem.Message, problem.Field, Number("productId"), problem.Extensions.TryGetValue("sku", out var sku) ? sku as string : null,
            Number("available"), Number("limit"), Number("left"), Number("minimum"));

        long? Number(string name) =>
            problem.Extensions.TryGetValue(name, out var value) && value is not null ? Convert.ToInt64(value, CultureInfo.InvariantCulture) : null;
    }
}
